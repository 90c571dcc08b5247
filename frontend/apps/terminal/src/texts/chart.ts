export const chart = {
  toolbar: "Chart tools",
  indicators: "Indicators",
};
