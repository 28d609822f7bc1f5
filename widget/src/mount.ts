/** The seam between the launcher, which every page pays for, and the application, which comes with the first click. */

export interface Mount {
  /** Everything is drawn in here; nothing reaches the page around it. */
  root: ShadowRoot;
  /** The launcher's button; null where the application is the whole page. */
  button: HTMLButtonElement | null;
  site: string;
  /** A BCP 47 tag, as the page says it. */
  locale: string;
  /** Where the product is served, with a slash at the end. */
  base: string;
  /** Show the panel at once; otherwise stay behind the button. */
  open: boolean;
}

/** Shows the panel and moves the focus into it. */
export type Show = () => void;
