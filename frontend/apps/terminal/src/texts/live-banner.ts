export const liveBanner = {
  realMoneyAccount: "Account of real money",
  halt: "Halt",
  realMoney: "Real money",
  haltTrading: "Halt trading",
  confirmHalt: "Cancel all orders and halt trading",
  notHalted: "Not halted",
  isHalted: (reason: string) => `Trading is halted${reason && `: ${reason}`}`,
  resume: "Resume trading",
  notResumed: "Not resumed",
  reason: "Halted in the terminal",
};
