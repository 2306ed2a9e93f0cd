// Stands in for react-devtools-core in the bundle: ink imports it only when DEV=true.
export default undefined;
