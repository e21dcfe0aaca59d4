/** All proofs, in the order of the list. */
import { bench } from "./bench.ts";
import { bulkUnderLoad } from "./bulk-under-load.ts";
import { cancels } from "./cancels.ts";
import { chaos } from "./chaos.ts";
import { unit } from "./deploy.ts";
import { events } from "./events.ts";
import { fleet } from "./fleet.ts";
import { fuzzed } from "./fuzz.ts";
import { addresses, flood, metrics, proxies } from "./http.ts";
import { kills } from "./kills.ts";
import { lateness } from "./lateness.ts";
import { machines } from "./machines.ts";
import { million } from "./million.ts";
import { overload } from "./overload.ts";
import { page } from "./page.ts";
import type { Proof } from "./proof.ts";
import { readers } from "./readers.ts";
import { retries } from "./retries.ts";
import { sim, simRestored } from "./sim.ts";
import { split } from "./split.ts";
import { spread } from "./spread.ts";
import { sweeps } from "./sweeps.ts";
import { timeouts } from "./timeouts.ts";
import { vanish } from "./vanish.ts";

export const PROOFS: readonly Proof[] = [
	sim,
	simRestored,
	chaos,
	kills,
	vanish,
	split,
	flood,
	overload,
	proxies,
	machines,
	fleet,
	addresses,
	fuzzed,
	metrics,
	unit,
	bench,
	bulkUnderLoad,
	lateness,
	sweeps,
	retries,
	cancels,
	timeouts,
	events,
	readers,
	page,
	million,
	spread,
];
