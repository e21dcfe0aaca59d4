/**
 * Checks a template of CloudFormation against what AWS publishes of its resources: types
 * and properties that there are, values of the right kind, and nothing left out that is
 * required; and that whatever is referred to is there.
 */
import { loadAwsServiceSpecSync } from "./tools/aws-service-spec.ts";

type Spec = ReturnType<typeof loadAwsServiceSpecSync>;

interface Properties {
	readonly [name: string]: Property;
}
interface Property {
	readonly type: Type;
	readonly required?: boolean;
}
/** As the specification has it; kinds that are not told apart here take anything. */
interface Type {
	readonly type: string;
	readonly element?: Type;
	readonly reference?: { readonly $ref: string };
	readonly allowedValues?: readonly string[];
}

export interface Template {
	readonly Parameters?: Readonly<Record<string, unknown>>;
	readonly Resources: Readonly<Record<string, Resource>>;
	readonly Outputs?: Readonly<Record<string, unknown>>;
}
interface Resource {
	readonly Type: string;
	readonly Properties?: Readonly<Record<string, unknown>>;
}

/** It takes a second to load. */
let loaded: Spec | undefined;

/** What is wrong with it, a line each. */
export function flawsOf(template: Template): string[] {
	loaded ??= loadAwsServiceSpecSync();
	const spec = loaded;
	const properties = Object.entries(template.Resources).flatMap(
		([name, { Type: type, Properties: given = {} }]) => {
			const [known] = spec.lookup(
				...(["resource", "cloudFormationType", "equals", type] as const),
			);
			if (known === undefined) return [`${name}: there is no ${type}`];
			return flawsOfObject(spec, name, known.properties as Properties, given);
		},
	);
	return [...properties, ...danglingIn(spec, template)];
}

function flawsOfObject(
	spec: Spec,
	at: string,
	properties: Properties,
	given: Readonly<Record<string, unknown>>,
): string[] {
	const missing = Object.entries(properties)
		.filter(([name, { required }]) => required && !(name in given))
		.map(([name]) => `${at}.${name} is missing`);
	const wrong = Object.entries(given).flatMap(([name, value]) => {
		const property = properties[name];
		return property === undefined
			? [`${at}.${name} is no property`]
			: flawsOfValue(spec, `${at}.${name}`, property.type, value);
	});
	return [...missing, ...wrong];
}

function flawsOfValue(
	spec: Spec,
	at: string,
	type: Type,
	value: unknown,
): string[] {
	if (isIntrinsic(value)) return [];
	const not = (kind: string, holds: boolean) =>
		holds ? [] : [`${at} is no ${kind}`];
	if (type.type === "string") {
		const { allowedValues } = type;
		const isOne = allowedValues?.includes(String(value)) ?? true;
		return not("such text", typeof value === "string" && isOne);
	}
	if (type.type === "integer") return not("integer", Number.isInteger(value));
	if (type.type === "number") return not("number", typeof value === "number");
	if (type.type === "boolean")
		return not("boolean", typeof value === "boolean");
	if (type.type === "array" && type.element !== undefined) {
		if (!Array.isArray(value)) return [`${at} is no list`];
		const { element } = type;
		return value.flatMap((item, i) =>
			flawsOfValue(spec, `${at}[${i}]`, element, item),
		);
	}
	if (type.type === "ref" && type.reference !== undefined) {
		const { properties } = spec.get("typeDefinition", type.reference.$ref);
		if (!isObject(value)) return [`${at} is no object`];
		return flawsOfObject(spec, at, properties as Properties, value);
	}
	return [];
}

/** Names that nothing has, and attributes that no such resource has. */
function danglingIn(spec: Spec, template: Template): string[] {
	const { Resources: resources, Parameters: parameters = {} } = template;
	const flaws: string[] = [];
	const refer = (name: string, attribute?: string) => {
		if (name.startsWith("AWS::")) return;
		if (attribute === undefined) {
			if (!(name in parameters) && !(name in resources))
				flaws.push(`nothing is called ${name}`);
			return;
		}
		const type = resources[name]?.Type ?? "";
		const [known] = spec.lookup(
			...(["resource", "cloudFormationType", "equals", type] as const),
		);
		if (known?.attributes[attribute] === undefined)
			flaws.push(`${name} has no attribute ${attribute}`);
	};
	visit([resources, template.Outputs], (key, value) => {
		if (key === "Ref") refer(String(value));
		if (key === "Fn::GetAtt") refer(...(value as [string, string]));
		if (key === "Fn::Sub")
			for (const [, name = ""] of String(value).matchAll(/\$\{([^}]+)\}/g)) {
				const [resource = "", ...attribute] = name.split(".");
				refer(resource, attribute.length > 0 ? attribute.join(".") : undefined);
			}
	});
	return flaws;
}

function visit(
	value: unknown,
	see: (key: string, value: unknown) => void,
): void {
	if (typeof value !== "object" || value === null) return;
	for (const [key, inner] of Object.entries(value)) {
		see(key, inner);
		visit(inner, see);
	}
}

function isIntrinsic(value: unknown): boolean {
	const keys = isObject(value) ? Object.keys(value) : [];
	return keys.length === 1 && /^(Ref$|Fn::)/.test(keys[0] as string);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
