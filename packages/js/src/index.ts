/** Starts the mock server from JavaScript, and controls its worlds. */
export { CannotRun, findCommand, type Command, type Program } from "./command.js";
export { connect, MockServer, startMock, type StartOptions } from "./server.js";
export { VERSION } from "./version.js";
export {
  control,
  MockRefused,
  MockWorld,
  type Address,
  type Clock,
  type Coverage,
  type Deliveries,
  type Delivery,
  type DeliveryFilters,
  type Entry,
  type Expectation,
  type Faults,
  type Filters,
  type MockRecord,
  type PresetName,
  type Rule,
  type State,
  type World,
} from "./world.js";
