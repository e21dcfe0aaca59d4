/**
 * The names of a task's options, in order, for code that needs no more: otherwise a browser
 * would have to load all of the schemas. Types see to it that none is missing.
 */
import type { OPTIONS } from "./task-options.ts";

const NAMES: Readonly<Record<keyof typeof OPTIONS, true>> = {
	delay: true,
	runAt: true,
	expiresAt: true,
	expiresIn: true,
	retries: true,
	backoff: true,
	timeout: true,
	killAfter: true,
	onLeaseLost: true,
	retention: true,
	traceparent: true,
	tracestate: true,
	tags: true,
};

export const OPTION_NAMES = Object.keys(
	NAMES,
) as readonly (keyof typeof NAMES)[];
