/** How work went, as JSON Schema (TypeBox). */
import Type, { type Static } from "typebox";
import { time } from "../fields.ts";

const Times = Type.Object({
	meanMs: Type.Optional(Type.Number({ description: "absent: there was none" })),
	p50Ms: Type.Optional(
		Type.Number({ description: "about, as is each quantile: from buckets" }),
	),
	p99Ms: Type.Optional(Type.Number()),
});

const perStep = (description: string) =>
	Type.Array(Type.Number(), { description });

const StatsSeries = Type.Object({
	queue: Type.String(),
	type: Type.String(),
	ended: Type.Integer({
		description: "attempts that ended, with a result or in failure",
	}),
	failed: Type.Integer({ description: "of these, in failure or by timeout" }),
	perSecond: Type.Number({ description: "ends, over the whole span" }),
	wait: Times,
	run: Times,
	steps: Type.Object(
		{
			ended: perStep("by step"),
			failed: perStep("by step"),
			waitMs: perStep("mean, by the step of the claim; 0: there was none"),
			runMs: perStep("mean, by the step of the end; 0: there was none"),
		},
		{ description: "oldest first; the last one goes on" },
	),
});

export const Stats = Type.Object({
	over: Type.Enum(["hour", "day"]),
	stepMs: Type.Integer(),
	since: { ...time(), description: "when the oldest step began" },
	series: Type.Array(StatsSeries, {
		description:
			"most ends first; of more than 200 or so the further ones are `other`",
	}),
	asOf: time(),
});
export type Stats = Static<typeof Stats>;
