/** Where the command line speaks to a person: results on one stream, trouble on the other. */
import { formatDuration } from "../../protocol/duration.ts";

export interface Terminal {
	line(text: string): void;
	problem(text: string): void;
}

/** Announces the end at once, on the second request to stop. */
export function sayEnding(terminal: Terminal): void {
	terminal.line(
		"Ending the nodes at once. Tasks that were running are run again, by other nodes or after the next start.",
	);
}

/** Announces the stop: nothing else is printed while tasks run, and the command would seem to hang. */
export function sayStopping(terminal: Terminal, drainMs: number): void {
	terminal.line(
		`Stopping … Running tasks have up to ${formatDuration(drainMs)} to finish; a second Ctrl-C ends them at once.`,
	);
}

/** The last words: everything that this command was running has ended. */
export function sayStopped(terminal: Terminal): void {
	terminal.line("Stopped.");
}
