/** See tools/shadow-css.ts. */
declare module "*.css?shadow" {
  const css: string;
  export default css;
}
