export {
  developmentToken,
  expiringToken,
} from "../../../../packages/client/tests/support/development-token.ts";
