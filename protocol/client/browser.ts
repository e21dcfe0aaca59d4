/** The client as browsers load it, at `client/client.js`. */
export { Client, NoAnswer, Refused } from "./client.ts";
export { readEvents } from "./events.ts";
export { readLive } from "./live.ts";
