import { type Order, ParentType } from "@trading-api/client";
import { orderNumber } from "../labels.ts";

/** Compare live orders: the newest first, and each with its brackets behind it. */
export const byFamily = (a: Order, b: Order): number =>
  familyNumber(b) - familyNumber(a) || orderNumber(a.id) - orderNumber(b.id);

/** Compare ended orders: the last one that ended first. */
export const byEnd = (a: Order, b: Order): number =>
  (b.updateTime ?? 0) - (a.updateTime ?? 0) || orderNumber(b.id) - orderNumber(a.id);

const familyNumber = ({ id, parentId, parentType }: Order): number =>
  orderNumber(parentType === ParentType.Order && parentId !== undefined ? parentId : id);
