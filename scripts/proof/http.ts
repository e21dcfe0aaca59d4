/** Nodes as others reach them: under floods, behind proxies, on machines with several networks. */
import { networkTrouble } from "../chaos/network-entry.ts";
import { Impossible, type Proof } from "./proof.ts";
import { proveByTests } from "./test-file.ts";

export const flood: Proof = {
	name: "flood",
	proves:
		"no flood of requests, and nobody who takes no answers, holds a node up for 0.25 s, costs it 100 MB or its lease",
	takes: "3 min",
	unit: "run",
	times: 1,
	run: (ground) => proveByTests("flood", ground),
};

export const proxies: Proof = {
	name: "proxies",
	proves:
		"behind nginx and HAProxy as the manual configures them, with TLS, HTTP/2 and a path, pages, waits, streams and 16 MiB come through",
	takes: "9 min",
	unit: "run",
	times: 1,
	needs: ["nginx", "haproxy", "browser"],
	run: (ground) => proveByTests("proxies", ground),
};

export const metrics: Proof = {
	name: "metrics",
	proves:
		"Prometheus' own tool finds nothing wrong with metrics and alerts, and a scrape a second takes 0.5 % of a core at most",
	takes: "3 min",
	unit: "run",
	times: 1,
	needs: ["promtool"],
	run: (ground) => proveByTests("metrics", ground),
};

export const addresses: Proof = {
	name: "addresses",
	proves:
		"a node on all of a machine's addresses is found at the one from which it reaches Redis, by IPv4 and IPv6, though its first interface is that of containers, and so it is after a move",
	takes: "15 s",
	unit: "run",
	times: 1,
	run: (ground) => {
		const trouble = networkTrouble();
		if (trouble !== undefined) throw new Impossible(trouble);
		return proveByTests("addresses", ground);
	},
};
