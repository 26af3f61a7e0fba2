/** The SQL cluster: cluster.yaml to data sources, schema and health. */
package dev.varve.sharding;
