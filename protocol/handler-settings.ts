/**
 * What a handler says about all tasks of its type, besides the code that runs them: it
 * counts if the task itself says nothing. A person wrote it in a file, so what is wrong with
 * it is said in a sentence that names the field.
 */
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { type Backoff, backoffFlaw, delayMsOf } from "./backoff.ts";
import { duration } from "./fields.ts";
import {
	CONCURRENCY_MAX,
	KILL_AFTER_MS_MAX,
	RETRIES_MAX,
	TIMEOUT_MS_MAX,
} from "./limits.ts";

/** The settings of a type; what its handler does not say is undefined. */
export interface HandlerSettings {
	readonly retries?: number;
	readonly backoff?: Backoff;
	readonly timeoutMs?: number;
	readonly killAfterMs?: number;
	/** How many tasks of the type may run at once on a node. */
	readonly concurrency?: number;
}

/** The settings of a type whose handler says nothing. */
export const NO_SETTINGS: HandlerSettings = Object.freeze({});

const FIELDS = {
	retries: Type.Integer({ minimum: 0, maximum: RETRIES_MAX }),
	backoff: Type.Object(
		{
			type: Type.Optional(Type.Enum(["fixed", "exponential"])),
			delay: Type.Optional(duration("")),
			max: Type.Optional(duration("")),
			jitter: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
		},
		{ additionalProperties: false },
	),
	timeout: duration(""),
	killAfter: duration(""),
	concurrency: Type.Integer({ minimum: 1, maximum: CONCURRENCY_MAX }),
};

type Field = keyof typeof FIELDS;
type Said = { readonly [F in Field]?: Static<(typeof FIELDS)[F]> };

/** What each field must be, in words. */
const MUST_BE: Readonly<Record<Field, string>> = {
	retries: `an integer from 0 to ${RETRIES_MAX}`,
	backoff:
		'an object with any of "type" ("exponential" or "fixed"), "delay" and "max" (durations), and "jitter" (a number from 0 to 1)',
	timeout: 'a duration of 1 ms to 7 days, such as "30s", "5m" or "2h"',
	killAfter: 'a duration of up to 5 minutes, such as "500ms" or "30s"',
	concurrency: `an integer from 1 to ${CONCURRENCY_MAX}`,
};

const checks = (Object.keys(FIELDS) as Field[]).map(
	(field) => [field, Compile(FIELDS[field])] as const,
);

export type ReadSettings =
	| { readonly ok: true; readonly settings: HandlerSettings }
	/** What is wrong: `flaw` continues the name of the type, as in `.retries must be …`. */
	| { readonly ok: false; readonly flaw: string };

export function readSettings(
	said: Readonly<Record<string, unknown>>,
): ReadSettings {
	for (const [field, check] of checks)
		if (said[field] !== undefined && !check.Check(said[field]))
			return flawIn(field);
	const { retries, backoff = {}, timeout, killAfter } = said as Said;
	const { concurrency } = said as Said;
	const timeoutMs = timeout === undefined ? undefined : delayMsOf(timeout);
	if (timeoutMs === 0 || (timeoutMs ?? 0) > TIMEOUT_MS_MAX)
		return flawIn("timeout");
	const killAfterMs =
		killAfter === undefined ? undefined : delayMsOf(killAfter);
	if ((killAfterMs ?? 0) > KILL_AFTER_MS_MAX) return flawIn("killAfter");
	const flaw = backoffFlaw(backoff);
	if (flaw !== undefined)
		return { ok: false, flaw: `.backoff.${flaw.part} must ${flaw.must}` };
	return {
		ok: true,
		settings: {
			...(retries !== undefined && { retries }),
			...(said.backoff !== undefined && { backoff }),
			...(timeoutMs !== undefined && { timeoutMs }),
			...(killAfterMs !== undefined && { killAfterMs }),
			...(concurrency !== undefined && { concurrency }),
		},
	};
}

function flawIn(field: Field): ReadSettings {
	return { ok: false, flaw: `.${field} must be ${MUST_BE[field]}` };
}
