/** Where the command line speaks to a person: results on one stream, trouble on the other. */
export interface Terminal {
	line(text: string): void;
	problem(text: string): void;
}
