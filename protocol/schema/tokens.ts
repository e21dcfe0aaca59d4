/** Access tokens, as JSON Schema (TypeBox): how they are asked for, and answered. */
import Type, { type Static } from "typebox";
import { ACCESS_NAME_PATTERN, ACCESS_ROLES } from "../access.ts";
import { duration, moment, name, time, words } from "../fields.ts";
import {
	ACCESS_NAME_CHARS_MAX,
	ACCESS_NAMES_MAX,
	QUEUE_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "../limits.ts";

const names = (what: string, charsMax: number) =>
	Type.Optional(
		Type.Array(name(charsMax, ""), {
			minItems: 1,
			maxItems: ACCESS_NAMES_MAX,
			description: `an array of 1 to ${ACCESS_NAMES_MAX} names of ${what}: its tasks are of these only; of all when absent`,
		}),
	);

export const TokenAsSubmitted = Type.Object(
	{
		name: Type.String({
			minLength: 1,
			maxLength: ACCESS_NAME_CHARS_MAX,
			pattern: ACCESS_NAME_PATTERN,
			description: `text of 1 to ${ACCESS_NAME_CHARS_MAX} characters out of A-Z, a-z, 0-9, ".", "_" and "-", beginning with a letter or a digit`,
		}),
		role: Type.Enum([...ACCESS_ROLES], {
			description: `one of ${ACCESS_ROLES.join(", ")}, each of which may do what the one before it may`,
		}),
		expiresIn: Type.Optional(
			duration(
				" of up to 3650 days, after which it is refused; never when absent",
			),
		),
		expiresAt: Type.Optional(
			moment(", from when on it is refused; never when absent"),
		),
		queues: names("queues", QUEUE_CHARS_MAX),
		types: names("types", TYPE_CHARS_MAX),
		payloads: Type.Optional(
			Type.Boolean({
				description:
					'true or false: whether a token of the role "read" may see payloads, results and errors; the others always may',
			}),
		),
	},
	{ additionalProperties: false },
);

export const TokenAsRead = Type.Object({
	name: Type.String(),
	role: words(ACCESS_ROLES),
	createdAt: time(),
	expiresAt: Type.Optional(time()),
	revokedAt: Type.Optional(time()),
	lastUsedAt: Type.Optional(
		Type.String({
			format: "date-time",
			description: "the hour in which it was last used",
		}),
	),
	queues: Type.Optional(Type.Array(Type.String())),
	types: Type.Optional(Type.Array(Type.String())),
	payloads: Type.Boolean({
		description: "whether it may see payloads, results and errors",
	}),
});
export type TokenAsRead = Static<typeof TokenAsRead>;

export const TokenAsCreated = Type.Object({
	token: Type.String({
		description:
			"to be sent as `Authorization: Bearer TOKEN`; it is told this once, and kept by nobody",
	}),
	...TokenAsRead.properties,
});

export const TokenList = Type.Object({
	tokens: Type.Array(TokenAsRead, { description: "by name" }),
	asOf: time(),
});
