/**
 * `/openapi.json`: OpenAPI 3.1, made from the operations and from the very schemas that
 * validate. It is written when it is first asked for.
 */
import {
	type Operation,
	type Parameter,
	type Shape,
	TAGS,
} from "../../../protocol/operation.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import {
	PROBLEMS,
	type ProblemCode,
	problemStatus,
} from "../../../protocol/problem.ts";
import { COMPONENTS } from "../../../protocol/schema/components.ts";
import { EXAMPLES } from "../../../protocol/schema/examples.ts";
import { PROBLEM_TYPE, sendJson } from "../door/answer.ts";
import { NDJSON_TYPE } from "../door/body.ts";
import type { Handlers } from "../door/serve.ts";

const EVENTS_TYPE = "text/event-stream";
const JSON_BODY = "application/json";
/**
 * The reasons for which any request may be refused. Statuses that are not listed one by
 * one are under `default`.
 */
const ANYWHERE: readonly ProblemCode[] = ["invalid", "stopping"];
/**
 * The reasons for which an operation that needs a token may be refused, besides; the last
 * if the node cannot tell whether the token is valid.
 */
const WITH_TOKEN: readonly ProblemCode[] = [
	"unauthenticated",
	"forbidden",
	"rate_limited",
	"store_unavailable",
];
const WITH_BODY: readonly ProblemCode[] = [
	"invalid_json",
	"too_large",
	"unsupported_media_type",
	"overloaded",
];

/** The handler of the description. `publicUrl`: where the cluster is reached through a proxy. */
export function descriptionHandler(
	version: string,
	publicUrl: string | undefined,
): Handlers["description"] {
	let text: string | undefined;
	return (_request, reply) => {
		text ??= JSON.stringify(describe(version, publicUrl));
		return sendJson(reply, 200, text);
	};
}

function describe(version: string, publicUrl: string | undefined): object {
	return {
		openapi: "3.1.0",
		info: {
			title: "Hearsay",
			version,
			description:
				"A self-hosted, peer-to-peer task scheduler. Every node answers alike, for the whole cluster.",
			contact: { name: "The maintainers of Hearsay" },
			license: { name: "MIT", identifier: "MIT" },
		},
		servers: [
			publicUrl === undefined
				? { url: "/", description: "The node that tells this" }
				: { url: publicUrl, description: "The cluster" },
		],
		tags: Object.entries(TAGS).map(([name, description]) => ({
			name,
			description,
		})),
		paths: paths(),
		components: {
			schemas: Object.fromEntries(
				Object.entries(COMPONENTS).map(([name, schema]) => [
					name,
					{
						...schema,
						examples: [EXAMPLES[name as keyof typeof EXAMPLES]],
					},
				]),
			),
			securitySchemes: {
				token: {
					type: "http",
					scheme: "bearer",
					description:
						"An access token, with the role that the operation names or a higher one. A cluster that never had a token needs none on nodes that listen on loopback.",
				},
			},
		},
	};
}

function paths(): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const [id, operation] of Object.entries(OPERATIONS)) {
		const { path, method } = operation;
		paths[path] ??= {};
		paths[path][method.toLowerCase()] = describeOperation(id, operation);
	}
	return paths;
}

function describeOperation(operationId: string, operation: Operation): object {
	const { tag, role, summary, description, body, bodyMayBeAbsent } = operation;
	return {
		operationId,
		tags: [tag],
		summary,
		description,
		"x-hearsay-role": role,
		security: role === "open" ? [] : [{ token: [] }],
		parameters: [
			...parametersIn("path", operation.places),
			...parametersIn("query", operation.query),
			...parametersIn("header", operation.headers),
		],
		...(body && {
			requestBody: {
				required: bodyMayBeAbsent !== true,
				content: contentOf(body),
			},
		}),
		responses: responsesOf(operation),
	};
}

function parametersIn(at: string, parameters: Operation["query"]): object[] {
	if (parameters === undefined || parameters === "any") return [];
	return Object.entries<Parameter>(parameters).map(
		([name, { isRepeatable: _, ...parameter }]) => ({
			in: at,
			name,
			required: at === "path",
			...parameter,
		}),
	);
}

function responsesOf(operation: Operation): object {
	const answers = Object.entries(operation.answers).map(
		([status, { description, shape, headers = {} }]) => [
			status,
			{ description, headers: headersOf(headers), content: contentOf(shape) },
		],
	);
	return {
		...Object.fromEntries(answers),
		...refusalsOf(operation),
		default: refusal("Refused; `code` says why."),
	};
}

/** The refusals of an operation by status, each with the codes that may come with it. */
function refusalsOf({ problems, role, body, refused }: Operation): object {
	const codes = new Set([
		...ANYWHERE,
		...(role === "open" ? [] : WITH_TOKEN),
		...(body === undefined ? [] : WITH_BODY),
		...problems,
	]);
	const byStatus = Map.groupBy(codes, problemStatus);
	return Object.fromEntries(
		[...byStatus].map(([status, codes]) => {
			const each = codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`);
			// Only a reason for which one item is refused can apply to all of them.
			const ofMany = codes.some((code) => problems.includes(code));
			const many = ofMany ? refused : undefined;
			const passes = status === 503 || status === 429;
			const headers = {
				...(passes && LATER),
				...(status === 401 && CHALLENGE),
			};
			return [status, refusal(each.join(" "), many, headers)];
		}),
	);
}

const LATER = { "Retry-After": "In so many seconds, it may be tried again." };
const CHALLENGE = { "WWW-Authenticate": "What is wrong, as RFC 6750 says it." };

/** The description of a refusal. `many`: its form if each of many items was refused. */
function refusal(
	description: string,
	many?: Shape,
	headers: Readonly<Record<string, string>> = {},
): object {
	const told =
		many === undefined
			? description
			: `${description} Of many, each was refused, and its \`problem\` says why.`;
	return {
		description: told,
		headers: headersOf(headers),
		content: {
			[PROBLEM_TYPE]: { schema: reference("Problem") },
			...(many && contentOf(many)),
		},
	};
}

function headersOf(headers: Readonly<Record<string, string>>): object {
	return Object.fromEntries(
		Object.entries(headers).map(([name, description]) => [
			name,
			{ description, schema: { type: "string" } },
		]),
	);
}

function contentOf(shape: Shape): object {
	if (typeof shape === "object" && "text" in shape)
		return {
			[shape.text]: { schema: { type: "string" }, example: shape.example },
		};
	if (typeof shape === "object" && "eventsOf" in shape) {
		const data = JSON.stringify(EXAMPLES[shape.eventsOf]);
		return {
			[EVENTS_TYPE]: { schema: schemaOf(shape), example: `data: ${data}\n\n` },
		};
	}
	if (isLines(shape)) {
		const { linesOf } = shape;
		const line = JSON.stringify(EXAMPLES[linesOf]);
		return {
			[NDJSON_TYPE]: { schema: schemaOf(shape), example: `${line}\n` },
		};
	}
	const examples = examplesOf(shape);
	return { [JSON_BODY]: { schema: schemaOf(shape), examples } };
}

function isLines(shape: Shape): shape is Extract<Shape, { linesOf: unknown }> {
	return typeof shape === "object" && "linesOf" in shape;
}

/** The schema of a shape. To a generator, a body of lines is text. */
function schemaOf(shape: Shape): object {
	if (typeof shape === "string") return reference(shape);
	if ("anyOf" in shape) return { anyOf: shape.anyOf.map(schemaOf) };
	if ("arrayOf" in shape)
		return { type: "array", items: schemaOf(shape.arrayOf) };
	if ("text" in shape) return { type: "string" };
	if ("eventsOf" in shape)
		return {
			type: "string",
			description: `The data of each event is a ${shape.eventsOf}.`,
			contentMediaType: EVENTS_TYPE,
			contentSchema: reference(shape.eventsOf),
		};
	return {
		type: "string",
		description: `Each line is a ${shape.linesOf}.`,
		contentMediaType: NDJSON_TYPE,
		contentSchema: reference(shape.linesOf),
	};
}

/** An example of each form of the shape, by the form's name. */
function examplesOf(shape: Shape): Record<string, { value: unknown }> {
	if (typeof shape === "string") return { [shape]: { value: EXAMPLES[shape] } };
	if ("anyOf" in shape)
		return Object.assign({}, ...shape.anyOf.map(examplesOf));
	if (isLines(shape) || "text" in shape || "eventsOf" in shape) return {};
	const items = Object.values(examplesOf(shape.arrayOf));
	return { many: { value: items.map(({ value }) => value) } };
}

function reference(name: string): object {
	return { $ref: `#/components/schemas/${name}` };
}
