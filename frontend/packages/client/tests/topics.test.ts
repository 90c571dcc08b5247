import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { topicOf, topicParams } from "../src/topics.ts";

const path = new URL("../../../../tests/contract/topic_vectors.json", import.meta.url);
const { vectors, refused } = JSON.parse(readFileSync(path, "utf8"));

test.each(vectors as { payload: object; params: string }[])(
  "$params is the canonical JSON",
  (vector) => {
    expect(topicParams(vector.payload)).toBe(vector.params);
  },
);

test.each(refused as { why: string; payload: object }[])("$why is refused", ({ payload }) => {
  expect(() => topicParams(payload)).toThrow(TypeError);
});

test("an undefined field is refused, not omitted", () => {
  expect(() => topicParams({ symbol: undefined })).toThrow(TypeError);
});

test("a topic is the route and its params", () => {
  const topic = topicOf("bars", { symbol: "AAPL", resolution: "1D" });
  expect(topic).toBe('bars:{"resolution":"1D","symbol":"AAPL"}');
});
