export { developmentToken } from "../../../../packages/client/tests/support/development-token.ts";
