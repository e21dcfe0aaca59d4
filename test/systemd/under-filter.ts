/**
 * Becomes another program, with only the system calls that a policy lets through: what
 * systemd does with a unit's SystemCallFilter=, RestrictAddressFamilies= and
 * RestrictNamespaces=, by the same library (libseccomp).
 *
 *   node test/systemd/under-filter.ts POLICY.json PROGRAM [ARGUMENT]...
 */
import { readFileSync } from "node:fs";
import type { Policy } from "./unit.ts";

const ALLOW = 0x7fff0000;
const EPERM = 1;
const ENOSYS = 38;
const failing = (error: number) => 0x00050000 | error;
/** Of `struct scmp_arg_cmp`: which argument, how, with what. */
const COMPARISON_BYTES = 24;
const EQUAL = 4;

const [policyFile = "", program = "", ...args] = process.argv.slice(2);
const { calls, families }: Policy = JSON.parse(
	readFileSync(policyFile, "utf8"),
);

const ffi = process.getBuiltinModule("node:ffi");
const library = new ffi.DynamicLibrary("libseccomp.so.2").getFunctions({
	seccomp_init: { arguments: ["uint32"], return: "pointer" },
	seccomp_syscall_resolve_name: { arguments: ["pointer"], return: "int32" },
	seccomp_rule_add_array: {
		arguments: ["pointer", "uint32", "int32", "uint32", "pointer"],
		return: "int32",
	},
	seccomp_load: { arguments: ["pointer"], return: "int32" },
}) as unknown as {
	seccomp_init(action: number): bigint;
	seccomp_syscall_resolve_name(name: Buffer): number;
	seccomp_rule_add_array(
		...rule: [bigint, number, number, number, Buffer]
	): number;
	seccomp_load(filter: bigint): number;
};

const filter = library.seccomp_init(failing(EPERM));

function add(action: number, call: string, family?: number): void {
	const number = library.seccomp_syscall_resolve_name(Buffer.from(`${call}\0`));
	if (number < 0) return; // Of another kind of machine.
	const comparison = Buffer.alloc(COMPARISON_BYTES);
	comparison.writeUInt32LE(EQUAL, 4);
	comparison.writeBigUInt64LE(BigInt(family ?? 0), 8);
	const count = family === undefined ? 0 : 1;
	const rule = [filter, action, number, count, comparison] as const;
	const failed = library.seccomp_rule_add_array(...rule);
	if (failed !== 0) throw new Error(`no rule for ${call}: ${failed}`);
}

for (const call of calls)
	if (call !== "socket" && call !== "clone3") add(ALLOW, call);
for (const family of families) add(ALLOW, "socket", family);
// It hides from filters which namespaces are asked for; libraries then take the older call.
add(failing(ENOSYS), "clone3");
const failed = library.seccomp_load(filter);
if (failed !== 0) throw new Error(`no filter: ${failed}`);
process.execve?.(program, [program, ...args], process.env);
