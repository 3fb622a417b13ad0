/** Next.js itself lies outside of the project, which by default is all that may be compiled. */
export default { turbopack: { root: "/" } };
