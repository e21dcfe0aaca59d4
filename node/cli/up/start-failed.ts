/** Part of the local cluster did not start. The message is one sentence; what the part itself said has been shown. */
export class StartFailed extends Error {
	/** 1, or 2 where the part was told something wrong. */
	readonly exitCode: 1 | 2;

	constructor(message: string, exitCode: 1 | 2 = 1) {
		super(message);
		this.name = "StartFailed";
		this.exitCode = exitCode;
	}
}
