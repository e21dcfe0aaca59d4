/**
 * The error when part of the local cluster does not start. Its message is one sentence;
 * what the part itself said has been shown.
 */
export class StartFailed extends Error {
	/** The exit code: 1, or 2 if the part was given something wrong. */
	readonly exitCode: 1 | 2;

	constructor(message: string, exitCode: 1 | 2 = 1) {
		super(message);
		this.name = "StartFailed";
		this.exitCode = exitCode;
	}
}
