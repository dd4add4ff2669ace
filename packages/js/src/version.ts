/** The version of this package, and of the Python package that it runs. */
export const VERSION = "0.2.0";
