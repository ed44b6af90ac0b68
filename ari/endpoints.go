package ari

import (
	"context"
	"net/http"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// GetEndpoint returns an endpoint such as PJSIP, 1001: its state (online,
// offline, unknown) and its channels. ErrNotFound if it is not configured.
func (c *Client) GetEndpoint(ctx context.Context, technology, resource string) (v5.EndpointData, error) {
	var e v5.EndpointData
	err := c.call(ctx, request{
		op: "endpoint.get", id: technology + "/" + resource, method: http.MethodGet,
		path: []string{"endpoints", technology, resource},
	}, &e)
	return e, err
}

// ListEndpoints returns every endpoint of a technology, such as PJSIP.
func (c *Client) ListEndpoints(ctx context.Context, technology string) ([]v5.EndpointData, error) {
	var list []v5.EndpointData
	err := c.call(ctx, request{op: "endpoint.list", id: technology, method: http.MethodGet, path: []string{"endpoints", technology}}, &list)
	return list, err
}
