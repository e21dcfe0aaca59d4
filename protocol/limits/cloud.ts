/** Limits of what a node asks its cloud for. */

/** Time between looks at whether the cloud takes the machine away. */
export const CLOUD_LOOK_MS = 5_000;
/** A question to the cloud's metadata service that is not answered within this has failed. */
export const METADATA_TIMEOUT_MS = 1_000;
/** A node that starts asks for so long what machine it is on; then it starts without knowing. */
export const METADATA_START_MS = 4_000;
/** How long a session with the metadata service is good for. */
export const METADATA_SESSION_S = 21_600;
/** The largest answer of the metadata service. Beyond: the question counts as failed. */
export const METADATA_BYTES_MAX = 64 * 1024;
/** The longest text by which the metadata service describes the machine. Beyond: left out. */
export const METADATA_CHARS_MAX = 64;
/** A machine that is taken away has said goodbye so long before. */
export const CLOUD_MARGIN_MS = 15_000;
/** The cloud gives no longer notice than this: whatever the clocks say, no more is counted on. */
export const SPOT_NOTICE_MS_MAX = 120_000;
