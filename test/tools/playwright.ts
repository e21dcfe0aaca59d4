/** Drives a browser. */
export {
	type Browser,
	chromium,
	type Page,
	type Request,
} from "playwright-core";
