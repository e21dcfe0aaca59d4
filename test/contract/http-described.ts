/**
 * Holds answers against what `/openapi.json` promises of them: the address, the
 * method, the status, the type and the shape.
 */
import { MessageReader } from "../../protocol/sse.ts";
import { Ajv2020, type ValidateFunction } from "../tools/ajv.ts";

type Content = Readonly<
	Record<string, { schema: { contentSchema?: object } } | undefined>
>;
/** NDJSON is answered as by this operation, wherever it is accepted. */
const LINES = "/v1/tasks.ndjson";

type Operation = {
	readonly responses: Readonly<Record<string, { content: Content }>>;
};

export interface Description {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: object;
}

export interface Answered {
	readonly method: string;
	readonly path: string;
	readonly status: number;
	readonly type: string;
	readonly text: string;
}

/** What is wrong with an answer; undefined if it is as described, or its address is not an API's. */
export class Described {
	readonly #paths: Description["paths"];
	readonly #ajv: Ajv2020;
	readonly #shapes = new Map<object, ValidateFunction>();

	constructor({ paths, components }: Description) {
		this.#paths = paths;
		this.#ajv = new Ajv2020({ strict: false });
		this.#ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
		this.#ajv.addSchema({ $id: "api", components });
	}

	flawOf(answered: Answered): string | undefined {
		const { method, path, status, text } = answered;
		const type = answered.type.split(";")[0] ?? "";
		const isLines = type.endsWith("ndjson");
		const at = isLines ? LINES : path;
		const responses = this.#find(at)?.[method.toLowerCase()]?.responses;
		if (responses === undefined) return;
		const what = `${method} ${path} answers ${status} ${type}`;
		const { content } = responses[status] ?? responses.default ?? {};
		const said = content?.[type]?.schema;
		const isStream = type === "text/event-stream";
		const schema = isLines || isStream ? said?.contentSchema : said;
		if (schema === undefined) return `${what}, which is not described`;
		if (type.startsWith("text/") && !isStream) return;
		const fits = this.#shapeOf(schema);
		const parts = isStream
			? new MessageReader().push(text).flatMap(({ data }) => data ?? [])
			: isLines
				? text.trimEnd().split("\n")
				: [text];
		const bad = parts.find((part) => !fits(JSON.parse(part)));
		if (bad === undefined) return;
		return `${what} with another shape: ${this.#ajv.errorsText(fits.errors)}: ${bad.slice(0, 500)}`;
	}

	/** Whether the operation at this address names the status itself, and not only as one that any operation may answer. */
	names({ method, path, status }: Omit<Answered, "type" | "text">): boolean {
		const responses = this.#find(path)?.[method.toLowerCase()]?.responses;
		return responses === undefined || `${status}` in responses;
	}

	#find(path: string): Readonly<Record<string, Operation>> | undefined {
		const address = path.replace(/\/?(\?.*)?$/, "");
		const exact = this.#paths[address];
		if (exact !== undefined) return exact;
		const fits = (template: string) =>
			new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]*")}$`).test(address);
		return Object.entries(this.#paths).find(([template]) =>
			fits(template),
		)?.[1];
	}

	#shapeOf(schema: object): ValidateFunction {
		const known = this.#shapes.get(schema);
		if (known !== undefined) return known;
		const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
		const shape = this.#ajv.compile(JSON.parse(text));
		this.#shapes.set(schema, shape);
		return shape;
	}
}
