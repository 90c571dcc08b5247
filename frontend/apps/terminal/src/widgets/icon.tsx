/** A drawing of 16 x 16 pixels in the colour of the text. The button around it has the name. */
export const Icon = (props: { path: string }) => (
  <svg
    viewBox="0 0 16 16"
    width="16"
    height="16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    aria-hidden="true"
  >
    <path d={props.path} />
  </svg>
);
