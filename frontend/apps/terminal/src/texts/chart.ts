export const chart = {
  toolbar: "Chart tools",
};
