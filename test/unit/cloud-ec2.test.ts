/** What a node does about what EC2 tells its machine, on a clock turned by hand. */
import { beforeEach, describe, expect, test } from "vitest";
import { Ec2, readMachine } from "../../node/cloud/ec2.ts";
import {
	CLOUD_LOOK_MS,
	CLOUD_MARGIN_MS,
	SPOT_NOTICE_MS_MAX,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const ACTION = "/latest/meta-data/spot/instance-action";
const GROUP = "/latest/meta-data/autoscaling/target-lifecycle-state";
const REBALANCE = "/latest/meta-data/events/recommendations/rebalance";

let clock: VirtualClock;
let log: RecordedLog;
let data: Map<string, string>;
let asked: string[];
let away: boolean;
/** The question that is not answered, though all others are. */
let broken: string | undefined;
let done: string[];
let ec2: Ec2;

const metadata = {
	async get(path: string) {
		asked.push(path);
		if (away || path === broken) throw new Error("it has not answered");
		return data.get(path);
	},
};

beforeEach(async () => {
	clock = new VirtualClock();
	log = new RecordedLog();
	data = new Map([[GROUP, "InService"]]);
	[asked, done, away, broken] = [[], [], false, undefined];
	const node = {
		drainWithin: (ms: number) => done.push(`drain ${ms}`),
		markAtRisk: () => done.push("at risk"),
		placed: (machine: object) => done.push(`on ${JSON.stringify(machine)}`),
	};
	ec2 = new Ec2({ clock, log, metadata, node, isPlaced: true });
	await ec2.start();
});

const takeAwayIn = (leftMs: number) => {
	const time = new Date(clock.wallMs() + leftMs).toISOString();
	data.set(ACTION, JSON.stringify({ action: "terminate", time }));
};

test("it looks every five seconds, until it is closed", async () => {
	await clock.runFor(10 * CLOUD_LOOK_MS);
	expect(asked).toHaveLength(11 * 3);
	expect(done).toEqual([]);
	ec2.close();
	await clock.runFor(10 * CLOUD_LOOK_MS);
	expect(asked).toHaveLength(11 * 3);
	expect(log.entries).toEqual([]);
});

test("a spot notice drains the node in what is left of its time but a margin, once", async () => {
	takeAwayIn(100_000 + CLOUD_LOOK_MS);
	await clock.runFor(20 * CLOUD_LOOK_MS);
	expect(done).toEqual([`drain ${100_000 - CLOUD_MARGIN_MS}`]);
});

test.each([
	["is almost over", () => takeAwayIn(CLOUD_LOOK_MS + 9_000), 0],
	["is over", () => takeAwayIn(-60_000), 0],
	[
		"is in an hour, by a clock that is wrong",
		() => takeAwayIn(3_600_000),
		SPOT_NOTICE_MS_MAX - CLOUD_MARGIN_MS,
	],
	[
		"cannot be read",
		() => data.set(ACTION, "soon"),
		SPOT_NOTICE_MS_MAX - CLOUD_MARGIN_MS,
	],
])("a notice whose time %s drains it, too", async (_, notice, within) => {
	notice();
	await clock.runFor(CLOUD_LOOK_MS);
	expect(done).toEqual([`drain ${within}`]);
});

test.each([
	"Terminated",
	"Warmed:Terminated",
	"Warmed:Stopped",
	"Warmed:Hibernated",
])(
	"a group that is to have the machine %s drains the node in all its time",
	async (state) => {
		data.set(GROUP, `${state}\n`);
		await clock.runFor(5 * CLOUD_LOOK_MS);
		expect(done).toEqual(["drain Infinity"]);
	},
);

test.each(["InService", "Standby", "Detached", "Warmed:Running", "Pending"])(
	"a machine in the state %s goes on",
	async (state) => {
		data.set(GROUP, state);
		await clock.runFor(5 * CLOUD_LOOK_MS);
		expect(done).toEqual([]);
	},
);

test("a recommendation marks it at risk, and a notice after that drains it", async () => {
	data.set(REBALANCE, '{"noticeTime":"2026-12-01T08:00:00Z"}');
	await clock.runFor(5 * CLOUD_LOOK_MS);
	expect(done).toEqual(["at risk"]);
	data.set(GROUP, "Terminated");
	await clock.runFor(CLOUD_LOOK_MS);
	takeAwayIn(CLOUD_LOOK_MS + 60_000);
	await clock.runFor(CLOUD_LOOK_MS);
	expect(done.slice(1)).toEqual(["drain Infinity", "drain 45000"]);
});

test("a service that cannot be asked is logged once, and asked on; when it answers, that is heeded", async () => {
	away = true;
	await clock.runFor(20 * CLOUD_LOOK_MS);
	expect(log.lines).toEqual([
		"EC2 cannot be asked whether it takes this machine away",
	]);
	away = false;
	takeAwayIn(CLOUD_LOOK_MS + 60_000);
	await clock.runFor(CLOUD_LOOK_MS);
	expect(done).toEqual(["drain 45000"]);
	expect(log.lines.at(-1)).toBe("EC2 can be asked again");
});

test.each([
	["what its group wants", GROUP],
	["a recommendation", REBALANCE],
])(
	"a notice is heeded though %s cannot be asked for, and that is logged once",
	async (_, path) => {
		broken = path;
		await clock.runFor(CLOUD_LOOK_MS);
		takeAwayIn(CLOUD_LOOK_MS + 60_000);
		await clock.runFor(3 * CLOUD_LOOK_MS);
		expect(done).toEqual(["drain 45000"]);
		expect(
			log.lines.filter((line) => /cannot be asked/.test(line)),
		).toHaveLength(1);
	},
);

test("of two notices at once the one with less time counts", async () => {
	data.set(GROUP, "Terminated");
	takeAwayIn(CLOUD_LOOK_MS + 60_000);
	await clock.runFor(CLOUD_LOOK_MS);
	expect(done).toEqual(["drain 45000", "drain Infinity"]);
});

describe("which machine it is", () => {
	const DATA = "/latest/meta-data";

	test("is what the service says, as far as that is words", async () => {
		data.set(`${DATA}/placement/availability-zone`, "us-east-1a");
		data.set(`${DATA}/instance-id`, "i-0abc");
		data.set(`${DATA}/instance-type`, "<html>");
		data.set(`${DATA}/instance-life-cycle`, "on-demand");
		expect(await readMachine({ clock, log, metadata })).toEqual({
			...{ zone: "us-east-1a", instanceId: "i-0abc", lifecycle: "on-demand" },
		});
	});

	test("is not known, after a few seconds, where nobody answers", async () => {
		away = true;
		let machine: object | string | undefined;
		void readMachine({ clock, log, metadata }).then((found) => {
			machine = found ?? "none";
		});
		await clock.runFor(5_000);
		expect(machine).toBe("none");
		expect(log.lines).toHaveLength(2);
	});

	test("is asked for until it is answered, by a node that has started without knowing", async () => {
		ec2.close();
		data.set(`${DATA}/placement/availability-zone`, "us-east-1a");
		away = true;
		const node = {
			...{ drainWithin() {}, markAtRisk() {} },
			placed: (machine: object) => done.push(`on ${JSON.stringify(machine)}`),
		};
		const late = new Ec2({ clock, log, metadata, node, isPlaced: false });
		await late.start();
		await clock.runFor(100 * CLOUD_LOOK_MS);
		expect(done).toEqual([]);
		away = false;
		await clock.runFor(CLOUD_LOOK_MS);
		expect(done).toEqual([`on {"zone":"us-east-1a"}`]);
		asked.length = 0;
		await clock.runFor(10 * CLOUD_LOOK_MS);
		expect(done).toHaveLength(1);
		expect(new Set(asked)).toEqual(new Set([ACTION, GROUP, REBALANCE]));
		late.close();
	});

	test("is asked for though some notice can never be asked for", async () => {
		ec2.close();
		data.set(`${DATA}/placement/availability-zone`, "us-east-1a");
		broken = REBALANCE;
		const node = {
			...{ drainWithin() {}, markAtRisk() {} },
			placed: (machine: object) => done.push(`on ${JSON.stringify(machine)}`),
		};
		const late = new Ec2({ clock, log, metadata, node, isPlaced: false });
		await late.start();
		expect(done).toEqual([`on {"zone":"us-east-1a"}`]);
		expect(log.lines).toContain(
			"EC2 cannot be asked whether it takes this machine away",
		);
		late.close();
	});

	test("is known from the second answer, if there is no first one", async () => {
		away = true;
		data.set(`${DATA}/placement/availability-zone`, "us-east-1a");
		let machine: object | undefined;
		void readMachine({ clock, log, metadata }).then((found) => {
			machine = found;
		});
		await clock.runFor(100);
		away = false;
		await clock.runFor(1_000);
		expect(machine).toEqual({ zone: "us-east-1a" });
	});
});
