const RETRY_MS = 1_500;

/** Import a part of the page. After a failure try again, because the server may be away for a while. */
export async function importUntilLoaded<T>(load: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
