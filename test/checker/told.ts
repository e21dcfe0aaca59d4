/** A reader of events is told everything that happens, once and in order, or what is missing. */
import type { History } from "./history.ts";

export function judgeTold({ untold }: History): string[] {
	return untold.map(({ what }) => what);
}
