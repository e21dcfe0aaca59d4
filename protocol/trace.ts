/**
 * Trace context, as in W3C's "Trace Context" (https://www.w3.org/TR/trace-context/): with
 * it, whoever submits a task says which trace the task belongs to, in the headers of the
 * request or in the task itself; the task's code gets it. Here it is only passed on.
 */
import { TRACE_STATE_CHARS_MAX } from "./limits.ts";

export const TRACE_PARENT_PATTERN =
	"^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$";
/** The pattern of a trace state: printable ASCII. */
export const TRACE_STATE_PATTERN = "^[ -~]+$";

const TRACE_PARENT = new RegExp(TRACE_PARENT_PATTERN);
const TRACE_STATE = new RegExp(TRACE_STATE_PATTERN);

export interface TraceContext {
	readonly traceparent?: string;
	readonly tracestate?: string;
}

/**
 * What the headers of a request say about its trace. As the standard has it, a malformed
 * header counts as nothing, and so does a state without its parent.
 */
export function traceOf(
	headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): TraceContext | undefined {
	const { traceparent, tracestate } = headers;
	if (typeof traceparent !== "string" || !TRACE_PARENT.test(traceparent))
		return undefined;
	const state = [tracestate ?? []].flat().join(",");
	const isSound =
		state.length <= TRACE_STATE_CHARS_MAX && TRACE_STATE.test(state);
	return { traceparent, ...(isSound && { tracestate: state }) };
}

/** Options as they are compared: a submission that is sent again comes in another trace. */
export function withoutTrace<Options extends TraceContext>(
	options: Options,
): Omit<Options, keyof TraceContext> {
	const { traceparent: _, tracestate: __, ...rest } = options;
	return rest;
}
