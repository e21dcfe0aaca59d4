/** The task type of chaos, as its clients ask for it; `handlers.ts` runs it. */
export const CHAOS_TYPE = "chaos";

export interface ChaosPayload {
	readonly durationMs: number;
	/** Path of the file to which the runs are written. */
	readonly effects: string;
	/** Whether the run is to end in an error. */
	readonly fails: boolean;
}
