/**
 * A command that was used correctly has failed: one sentence for its user, and the exit
 * code.
 */
export class CommandFailed extends Error {
	/** The exit code of the program: 1 failed, 3 timed out, 4 no node reachable. */
	readonly exitCode: 1 | 3 | 4;

	constructor(message: string, exitCode: 1 | 3 | 4) {
		super(message);
		this.exitCode = exitCode;
	}
}
