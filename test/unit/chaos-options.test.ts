/** What `npm run chaos` refuses before it begins. */
import { expect, test } from "vitest";
import { readOptions } from "../../scripts/chaos/options.ts";

test.each([
	[["--times", "3"], "--times"],
	[["--times", "3", "--faults", "kill,vanish"], "--times"],
	[["--split", "15", "--faults", "kill"], "--split"],
	[["--split", "14"], "from 15 to"],
	[["--times", "3", "--faults", "kill", "--duration", "5"], "--duration"],
	[["--attach", "http://127.0.0.1:1", "--nodes", "3"], "--nodes"],
	[["--attach", "http://192.0.2.1:5000"], "not this machine"],
	[["--interval", "500"], "--times"],
	[["--seed", ""], "--seed"],
	[["--fast"], "--help lists what there is"],
])("%j is refused, and why is said", (args, why) => {
	expect(() => readOptions(args)).toThrow(why);
});
