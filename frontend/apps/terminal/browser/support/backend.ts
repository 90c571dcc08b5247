export { Backend } from "../../../../packages/client/tests/support/backend.ts";
