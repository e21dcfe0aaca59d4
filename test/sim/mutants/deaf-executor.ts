/** Runs on when it is told to stop, as if a node's trust never ended. */
import { TamperedExecutor } from "./tampered-executor.ts";

export class DeafExecutor extends TamperedExecutor {
	override abort(): void {
		// It does not listen.
	}
}
