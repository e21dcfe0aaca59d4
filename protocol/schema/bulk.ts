/** Actions on many tasks at once, and their answers, as JSON Schema (TypeBox). */
import Type from "typebox";
import { duration } from "../fields.ts";
import { BULK_LIMIT_MAX } from "../limits.ts";
import { FilterAsSubmitted } from "./filter.ts";
import { CancelAsSubmitted } from "./submitted.ts";

const closed = { additionalProperties: false };

const common = {
	filter: Type.Optional(FilterAsSubmitted),
	all: Type.Optional(
		Type.Boolean({
			description: "true if every task is meant, where the filter is empty",
		}),
	),
	dryRun: Type.Optional(
		Type.Boolean({
			description: "true or false: whether the tasks are counted only",
		}),
	),
	limit: Type.Optional(
		Type.Integer({
			minimum: 1,
			maximum: BULK_LIMIT_MAX,
			description:
				"an integer from 1: how many tasks at most; as many as there are when absent",
		}),
	),
	cursor: Type.Optional(
		Type.String({
			description:
				"text that an earlier answer to the same filter ended with: it goes on from there",
		}),
	),
};

export const BulkCancelAsSubmitted = Type.Object(
	{
		...common,
		reason: CancelAsSubmitted.properties.reason,
		force: CancelAsSubmitted.properties.force,
	},
	closed,
);

export const BulkRetryAsSubmitted = Type.Object(
	{
		...common,
		spread: Type.Optional(
			duration(
				" of up to 366 days: each is due at some time within it; at once when absent",
			),
		),
	},
	closed,
);

export const BulkDeleteAsSubmitted = Type.Object(common, closed);

export const BulkAnswer = Type.Object({
	matched: Type.Integer({
		description: "tasks that fit, and are in a state for it",
	}),
	changed: Type.Integer({ description: "those to which it was done" }),
	skipped: Type.Integer({
		description: "those with which something else had happened meanwhile",
	}),
	cursor: Type.Optional(
		Type.String({
			description: "to go on with; absent once all tasks are through",
		}),
	),
});
