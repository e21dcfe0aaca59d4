/** The parameters with which a page of a list is asked for. */
import {
	LIST_LIMIT_DEFAULT,
	LIST_LIMIT_MAX,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";

export const badLimit: Problem = {
	code: "invalid",
	detail: `The parameter "limit" must be an integer from 1 to ${LIST_LIMIT_MAX}.`,
	field: "limit",
};

export const badCursor: Problem = {
	code: "invalid",
	detail:
		'The "cursor" must be one that an earlier answer to the same question ended with, by the same filter; leave it out to begin anew.',
	field: "cursor",
};

/** The limit that a text says; undefined if it is none. */
export function readLimit(text: string | undefined): number | undefined {
	if (text === undefined) return LIST_LIMIT_DEFAULT;
	if (!/^[0-9]{1,6}$/.test(text)) return;
	const limit = Number(text);
	return limit >= 1 && limit <= LIST_LIMIT_MAX ? limit : undefined;
}
