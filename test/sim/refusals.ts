/**
 * What a store that is up may still refuse, as Redis does before it runs a script:
 *
 *     memory full     (OOM) what adds tasks; all else is about tasks that it has
 *     writes refused  (MISCONF: its disk fails; NOREPLICAS: too few replicas
 *                     follow) every script that may write
 *
 * The first line of a script's own text, which Redis reads too, says which kind it is.
 * `test/contract/store-refusals.test.ts` holds this against Redis.
 */
import { StoreError } from "../../node/ports.ts";
import { loadScripts, type ScriptName } from "../../node/store/scripts.ts";

export type Refusing = "nothing" | keyof typeof PASSING;

/** Flags of a script's first line that let it run all the same. */
const PASSING = {
	"memory full": ["allow-oom", "no-writes"],
	"writes refused": ["no-writes"],
} as const;
const FIRST_LINES = new Map(
	Object.values(loadScripts()).map(({ name, source }) => [
		name,
		source.slice(0, source.indexOf("\n")),
	]),
);

/** How the store refuses this method of a shard; undefined if it does not. */
export function refusalOf(
	method: string,
	refusing: Refusing,
): StoreError | undefined {
	if (refusing === "nothing") return undefined;
	const line = FIRST_LINES.get(scriptOf(method));
	// A method without a script is a greeting, which Redis always answers.
	if (line === undefined) return undefined;
	if (PASSING[refusing].some((flag) => line.includes(flag))) return undefined;
	return new StoreError("full", `the store does not take writes: ${refusing}`);
}

/** The script of a method: `giveBack` is in `give-back`. */
function scriptOf(method: string): ScriptName {
	const dashed = method.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`);
	return dashed as ScriptName;
}
