/** All proofs, in the order of the list. */
import { chaos } from "./chaos.ts";
import { kills } from "./kills.ts";
import type { Proof } from "./proof.ts";
import { sim } from "./sim.ts";

export const PROOFS: readonly Proof[] = [sim, chaos, kills];
