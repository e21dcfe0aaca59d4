/** How much the heap of this process may grow before garbage is collected. */
import { setFlagsFromString } from "node:v8";

/**
 * By how much the heap may exceed what is in use, in percent. By default V8 lets a small
 * heap grow fourfold while much is allocated: a flood of requests would cost a node that
 * uses 40 MB some 150 MB more.
 */
const GROWTH_PERCENT = 100;

/** Keeps the heap small, for all threads; to be called before much is allocated. */
export function keepHeapSmall(): void {
	setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
