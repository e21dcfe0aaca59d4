/**
 * What Redis means when it answers and lets nobody in: one clause for whoever gave its
 * address. Only what waiting does not mend: the rest is a Redis that is away. Pure.
 */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
	[
		/^ERR (DB index is out of range|invalid DB index)/,
		'Redis has no database of the number at the end of its address; give a lower one, or raise "databases" in its settings',
	],
	[
		/^(WRONGPASS|ERR invalid password)/,
		"Redis does not accept the user and password in its address; correct them",
	],
	[
		/^DENIED/,
		"Redis is in protected mode and takes connections from its own host only; give it a password",
	],
	[
		/^NOAUTH/,
		"Redis wants a password; give it in its address, like redis://:PASSWORD@host:6379",
	],
];

/** Of an error while connecting; undefined where it is no refusal. */
export function refusalOf(error: Error): string | undefined {
	const known = REFUSALS.find(([form]) => form.test(error.message))?.[1];
	if (known !== undefined) return known;
	// Whatever the reason: ioredis would go on with the first database instead.
	const { command } = error as { command?: { name?: string } };
	return command?.name === "select"
		? `Redis does not let this node use the database in its address: ${error.message}`
		: undefined;
}
