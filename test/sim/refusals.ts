/**
 * What a store that is up may yet refuse, as Redis does before it runs a script:
 *
 *     memory full     (OOM) what adds tasks; all else is about tasks that it has
 *     writes refused  (MISCONF: its disk fails; NOREPLICAS: too few replicas
 *                     follow) every script that may write
 *
 * Which script is which stands on the first line of its own text, where Redis
 * reads it too. `test/contract/store-refusals.test.ts` holds this against Redis.
 */
import { StoreError } from "../../node/ports.ts";
import { loadScripts, type ScriptName } from "../../node/store/scripts.ts";

export type Refusing = "nothing" | "memory full" | "writes refused";

/** Flags of a script's first line that let it run all the same. */
const PASSING = {
	nothing: [""],
	"memory full": ["allow-oom", "no-writes"],
	"writes refused": ["no-writes"],
} as const satisfies Record<Refusing, readonly string[]>;
const FIRST_LINES = new Map(
	Object.values(loadScripts()).map(({ name, source }) => [
		name,
		source.slice(0, source.indexOf("\n")),
	]),
);

/** How this method of a shard is refused; undefined where it is not. */
export function refusalOf(
	method: string,
	refusing: Refusing,
): StoreError | undefined {
	const line = FIRST_LINES.get(scriptOf(method));
	// What is no script is a greeting, which Redis answers always.
	if (line === undefined) return undefined;
	if (PASSING[refusing].some((flag) => line.includes(flag))) return undefined;
	return new StoreError("full", `the store does not take writes: ${refusing}`);
}

/** giveBack → give-back */
function scriptOf(method: string): ScriptName {
	const dashed = method.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`);
	return dashed as ScriptName;
}
