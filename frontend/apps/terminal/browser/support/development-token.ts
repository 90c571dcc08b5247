export {
  developmentToken,
  endingToken,
} from "../../../../packages/client/tests/support/development-token.ts";
