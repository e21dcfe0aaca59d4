/**
 * The machine that a node runs on, as far as it has a say in the node's life: the service
 * manager that started it.
 */

/** systemd, as a service of `Type=notify` speaks to it: see sd_notify(3). */
export interface ServiceManager {
	/** It takes the service for hung if it hears no sign of life for so long; undefined: it does not look. */
	readonly watchdogMs: number | undefined;
	/** Assignments, one a line. False: it cannot take them now. */
	tell(assignments: string): boolean;
	close(): void;
}

/** What a cloud tells its machines about themselves. */
export interface MachineMetadata {
	/** The text at a path; undefined: there is none. @throws Error with one clause that says what is wrong */
	get(path: string): Promise<string | undefined>;
}

/** A machine of a cloud. */
export interface CloudMachine {
	readonly zone?: string;
	readonly instanceId?: string;
	readonly instanceType?: string;
	readonly lifecycle?: string;
}
