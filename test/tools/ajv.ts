/** Validates against JSON Schema 2020-12. */
export { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
