/** Drives a browser. */
export { type Browser, chromium, type Page } from "playwright-core";
