/** Until when a holder trusts its lease, by what its peers said and when they were asked. */
import { expect, test } from "vitest";
import {
	ANSWER_FRESH_MS,
	AWAY_FRESH_MS,
	CUT_OFF_AGE_MS,
	DIAL_ALL_MAX,
} from "../../protocol/limits.ts";
import {
	type Doubt,
	type PeerWord,
	reasonToStop,
	TRUST_AGE_MS,
} from "../../protocol/trust.ts";

const NOW_MS = 100_000;
const LONG_AGO_MS = NOW_MS - 60_000;

function peer(what: Partial<PeerWord> = {}): PeerWord {
	return {
		...{ gossips: true, answeredMs: undefined },
		...{ awayMs: undefined, refusedMs: undefined, ...what },
	};
}

const hears = peer({ answeredMs: NOW_MS - ANSWER_FRESH_MS });
const heard = peer({ answeredMs: NOW_MS - ANSWER_FRESH_MS - 1 });
const away = peer({
	answeredMs: LONG_AGO_MS,
	awayMs: NOW_MS - AWAY_FRESH_MS,
});
const wasAway = peer({ awayMs: NOW_MS - AWAY_FRESH_MS - 1 });
const dead = peer({ refusedMs: NOW_MS - AWAY_FRESH_MS });
const silent = peer();
const mute = peer({ gossips: false });

function stops(ageMs: number, peers: PeerWord[], more: Partial<Doubt> = {}) {
	const renewedMs = NOW_MS - ageMs;
	const doubt = { nowMs: NOW_MS, renewedMs, gossips: true, unread: false };
	return reasonToStop({ ...doubt, peers, ...more }) !== undefined;
}

test("a lease that was renewed lately is trusted, whoever says what", () => {
	const more = { unread: true };
	expect(stops(CUT_OFF_AGE_MS - 1, [silent, wasAway], more)).toBe(false);
});

test.each<[string, PeerWord[], boolean]>([
	["alone", [], false],
	["heard by all", [hears, hears], false],
	["heard by all that reach the store", [hears, away, dead], false],
	["beside one that does not gossip", [hears, mute], false],
	["not heard by one", [hears, silent], true],
	["no longer heard by one", [hears, heard], true],
	["heard by nobody", [silent, silent], true],
	["told too long ago that a peer is away", [hears, wasAway], true],
])("a holder that may be cut off, %s", (_how, peers, expected) => {
	expect(stops(CUT_OFF_AGE_MS, peers)).toBe(expected);
});

test.each<[string, PeerWord[], boolean]>([
	["nobody else is there", [], false],
	["all peers are away or dead", [away, dead], false],
	["a peer hears us, and reaches the store", [away, hears], true],
	["a peer is silent", [away, silent], true],
	["a peer does not gossip", [away, mute], true],
])("a holder whose lease may end, if %s", (_where, peers, expected) => {
	expect(stops(TRUST_AGE_MS, peers)).toBe(expected);
});

test("somebody has come who was not asked", () => {
	const unread = { unread: true };
	expect(stops(CUT_OFF_AGE_MS, [hears], unread)).toBe(true);
	expect(stops(TRUST_AGE_MS, [away], unread)).toBe(true);
});

test("a node that cannot ask, or has too many peers to ask, is not taken for silent, and stops before its lease ends", () => {
	const many = Array<PeerWord>(DIAL_ALL_MAX + 1).fill(silent);
	const allAway = Array<PeerWord>(DIAL_ALL_MAX + 1).fill(away);
	expect(stops(TRUST_AGE_MS - 1, many)).toBe(false);
	expect(stops(TRUST_AGE_MS, allAway)).toBe(true);
	expect(stops(TRUST_AGE_MS - 1, [silent], { gossips: false })).toBe(false);
	expect(stops(TRUST_AGE_MS, [silent], { gossips: false })).toBe(true);
	expect(stops(TRUST_AGE_MS, [], { gossips: false })).toBe(false);
});
