/** Places the boxes of a graph, with dagre. */
import { Graph, layout } from "@dagrejs/dagre";
import type { GraphLayout } from "../core/host.js";

/** Pixels around the whole, and between the boxes of a row. */
const margin = 8;

/** Rows from top to bottom. Deterministic: the same graph is always placed the same way. */
export const layoutGraph: GraphLayout = (nodes, edges) => {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  edges.forEach(({ from, to, width, height }, index) => {
    graph.setEdge(from, to, { width, height, labelpos: "c" }, String(index));
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map(({ id, width, height }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return { x: x - width / 2, y: y - height / 2 };
    }),
    edges: edges.map(({ from, to }, index) => {
      const { points = [], x = 0, y = 0 } = graph.edge(from, to, String(index));
      return { points, label: { x, y } };
    }),
  };
};
