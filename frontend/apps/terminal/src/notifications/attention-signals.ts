export type Tone = "success" | "error" | "info";

/** What attracts the attention of a user who does not look at the page. */
export interface AttentionSignals {
  /** Play a short sound. */
  play(tone: Tone): void;
  /** Display a notification of the operating system, if the page is hidden. */
  display(title: string, text: string): void;
  /** Ask the user for the permission to display them. */
  requestPermission(): Promise<boolean>;
}

/** The frequencies of the two notes of a sound, in hertz. */
const NOTES: Record<Tone, readonly [number, number]> = {
  success: [660, 880],
  info: [660, 660],
  error: [330, 220],
};
const NOTE_S = 0.09;
const VOLUME = 0.08;
const TAG = "trading_api";

let audio: AudioContext | null = null;

/** The signals of a browser. */
export const ATTENTION_SIGNALS: AttentionSignals = {
  play(tone) {
    audio ??= new AudioContext();
    const { currentTime, destination } = audio;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(VOLUME, currentTime);
    gain.gain.exponentialRampToValueAtTime(0.001, currentTime + 3 * NOTE_S);
    gain.connect(destination);
    NOTES[tone].forEach((frequency, index) => {
      const note = new OscillatorNode(audio as AudioContext, { type: "sine", frequency });
      note.connect(gain);
      note.start(currentTime + index * NOTE_S);
      note.stop(currentTime + (index + 2) * NOTE_S);
    });
  },
  display(title, text) {
    if (document.visibilityState === "visible" || !isAllowed()) return;
    const shown = new globalThis.Notification(title, { body: text, tag: `${TAG} ${title}` });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  },
  async requestPermission() {
    if (!("Notification" in globalThis)) return false;
    return isAllowed() || (await globalThis.Notification.requestPermission()) === "granted";
  },
};

const isAllowed = () =>
  "Notification" in globalThis && globalThis.Notification.permission === "granted";
