/** What a node serves at `client/client.js`: the API's client, as it is built for browsers. */
export { Client, Refused } from "../../protocol/client/client.ts";
